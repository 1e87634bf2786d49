# Panel, API and workers of Job Manager. Built from a clone: docker build -t job-manager .
# Nothing is built when it starts, it runs as an unprivileged user, and its file system may be read-only.
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY . .
RUN npx --yes pnpm@10 pack:packages --to /packages

FROM node:24-bookworm-slim AS install
WORKDIR /app
COPY --from=build /packages /packages
RUN npm init --yes >/dev/null \
  && npm install --omit=dev --no-audit --no-fund /packages/*.tgz pg@8 zod@4

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=install /app /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
EXPOSE 3000
USER node
# Process 1 is Node itself: a SIGTERM reaches it, and it lets runs end or hands them back.
ENTRYPOINT ["/app/node_modules/.bin/job-manager"]
CMD ["serve"]
