pnpm jobs schedule add trending-nightly trending --cron "0 3 * * *" --time-zone Europe/Berlin --missed skip
pnpm jobs schedule next trending-nightly --count 3
pnpm jobs schedule run trending-nightly
pnpm jobs schedule pause trending-nightly --reason "Until the move is over" --for 12h
pnpm jobs schedule backfill trending-nightly --from 2026-11-20T00:00Z --to 2026-11-25T00:00Z --preview
