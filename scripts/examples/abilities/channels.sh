pnpm jobs channel set mail --concurrency 5 --rate 100/1m --weight 3
pnpm jobs channel pause mail --reason "The provider is down" --for 30m
pnpm jobs channel resume mail
pnpm jobs channel # limits, what runs and waits, who paused it and why
