# The server in a container. docs/docker.md tells how it is built and run.
#
# Node's own images on Debian 13: the newest Debian brings the docker command, Compose and buildx as packages.
ARG BASE_IMAGE=node:20-trixie-slim
ARG BUILD_IMAGE=node:20-trixie

# Builds page and server; the packages' native modules are compiled here, where a compiler is.
FROM ${BUILD_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build \
    && npm prune --omit=dev \
    && rm -rf node_modules/better-sqlite3/deps node_modules/better-sqlite3/src \
    && find node_modules -path '*/build/Release/obj*' -prune -exec rm -rf {} +

# What the server calls: git, ssh, and docker with its plugins; no engine.
FROM ${BASE_IMAGE} AS runtime
ARG PACKAGES="ca-certificates docker-buildx docker-cli docker-compose git git-lfs openssh-client tini"
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${PACKAGES} \
    && rm -rf /var/lib/apt/lists/*

FROM runtime
LABEL org.opencontainers.image.title="dockge-cicd" \
    org.opencontainers.image.description="Push to git, and the stack on your own machine is live, healthy, or back to what ran before" \
    org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production \
    DOCKGE_IS_CONTAINER=1 \
    DOCKGE_DATA_DIR=/app/data \
    DOCKGE_STACKS_DIR=/opt/stacks
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/package.json ./package.json
COPY --from=build /app/frontend-dist ./frontend-dist
COPY --from=build /app/dist ./dist
COPY extra/image/health.mjs ./health.mjs
EXPOSE 5001
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["node", "health.mjs"]
ENTRYPOINT ["tini", "--", "node", "dist/dockge-cicd.js"]
CMD ["serve"]
