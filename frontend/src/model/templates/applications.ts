import { passwordLine, type Template } from "./template.ts";

export const wordpress: Template = {
    id: "wordpress",
    title: "WordPress + MariaDB",
    env: `${passwordLine}DB_PASSWORD=\n`,
    compose: `services:
  wordpress:
    image: wordpress:6-apache
    restart: unless-stopped
    depends_on:
      db:
        condition: service_healthy
    ports:
      - 8080:80
    environment:
      WORDPRESS_DB_HOST: db
      WORDPRESS_DB_USER: wordpress
      WORDPRESS_DB_PASSWORD: \${DB_PASSWORD:?set DB_PASSWORD in .env}
      WORDPRESS_DB_NAME: wordpress
    volumes:
      - site:/var/www/html

  db:
    image: mariadb:11
    restart: unless-stopped
    environment:
      MARIADB_DATABASE: wordpress
      MARIADB_USER: wordpress
      MARIADB_PASSWORD: \${DB_PASSWORD:?set DB_PASSWORD in .env}
      MARIADB_RANDOM_ROOT_PASSWORD: "1"
    volumes:
      - data:/var/lib/mysql
    healthcheck:
      test: ["CMD", "healthcheck.sh", "--connect", "--innodb_initialized"]
      interval: 10s
      timeout: 5s
      retries: 5
      start_period: 30s

volumes:
  site:
  data:
`,
};

export const gitea: Template = {
    id: "gitea",
    title: "Gitea",
    env: "",
    compose: `services:
  gitea:
    image: gitea/gitea:1.24
    restart: unless-stopped
    environment:
      # The owner of the files in the volume.
      USER_UID: "1000"
      USER_GID: "1000"
    ports:
      - 3000:3000
      # git over ssh
      - 2222:22
    volumes:
      - data:/data
      - /etc/localtime:/etc/localtime:ro
    healthcheck:
      test: ["CMD", "curl", "-fsS", "http://127.0.0.1:3000/api/healthz"]
      interval: 30s
      timeout: 5s
      retries: 3
      start_period: 30s

volumes:
  data:
`,
};

export const uptimeKuma: Template = {
    id: "uptime-kuma",
    title: "Uptime Kuma",
    env: "",
    compose: `services:
  uptime-kuma:
    # It brings a health check of its own.
    image: louislam/uptime-kuma:1
    restart: unless-stopped
    ports:
      - 3001:3001
    volumes:
      - data:/app/data

volumes:
  data:
`,
};

export const jellyfin: Template = {
    id: "jellyfin",
    title: "Jellyfin",
    env: "# The folder with films and music.\nMEDIA=./media\n",
    compose: `services:
  jellyfin:
    # It brings a health check of its own.
    image: jellyfin/jellyfin:10.10.7
    restart: unless-stopped
    ports:
      - 8096:8096
      # How players in the same network find it.
      - 7359:7359/udp
    volumes:
      - config:/config
      - cache:/cache
      - \${MEDIA:-./media}:/media:ro
    # For films that are converted by the graphics card:
    # devices:
    #   - /dev/dri:/dev/dri

volumes:
  config:
  cache:
`,
};
