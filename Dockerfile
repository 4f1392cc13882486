FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN ["npm", "ci", "--omit=dev", "--no-audit", "--no-fund"]

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Domestique" \
      org.opencontainers.image.description="Keeps every Strava activity of one or more athletes, with its streams, in a MongoDB that the athlete owns" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production \
    TZ=UTC \
    NODE_COMPILE_CACHE=/compiled \
    PATH=/app/bin:$PATH
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE NOTICE ./
COPY config/default.json ./config/
COPY bin ./bin
COPY src ./src
# A volume that is mounted at /photos takes its owner, and Node takes a cache only of the user who runs it.
RUN ["install", "--directory", "--owner=node", "--group=node", "--mode=700", "/compiled", "/photos"]
USER node
# Otherwise the daemon and each health check would strip the types and compile again: 20 MB and 0.3 s of CPU more.
# By the script, because Node uses what it compiled only with the same options of V8, and the script sets them.
RUN ["env", "NODE_OPTIONS=--import ./src/features/daemon/command.ts --import ./src/features/monitoring/command.ts", "domestique", "--version"]
EXPOSE 8484 8486
HEALTHCHECK --interval=1m --timeout=20s --start-period=1m --retries=3 \
  CMD ["domestique", "health"]
ENTRYPOINT ["domestique"]
CMD ["start"]
