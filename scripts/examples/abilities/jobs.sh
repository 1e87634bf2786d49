pnpm jobs job set trending --priority -5 --max-attempts 5 --timeout 10m --slow-after 2m --critical yes
pnpm jobs job pause trending --reason "Wrong figures" --for 8h
pnpm jobs job resume trending
