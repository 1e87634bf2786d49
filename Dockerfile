# Panel, API and workers of Job Manager. Built from a clone: docker build -t job-manager .
# Nothing is built when it starts, it runs as an unprivileged user, and its file system may be read-only.
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY . .
RUN npx --yes pnpm@10 pack:packages --to /packages

FROM node:24-bookworm-slim AS install
WORKDIR /app
COPY --from=build /packages /packages
# Without a "type": the jobs that are mounted below may be modules or CommonJS.
RUN echo '{ "private": true }' >package.json \
  && npm install --omit=dev --no-audit --no-fund /packages/*.tgz pg@8 zod@4

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=install /app /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
EXPOSE 3000
# The account `node`, by its number: Kubernetes can tell by no name that it is not root.
USER 1000
# Process 1 is Node itself: a SIGTERM reaches it, and it lets runs end or hands them back.
ENTRYPOINT ["/app/node_modules/.bin/job-manager"]
CMD ["serve"]
