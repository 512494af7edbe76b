import { passwordLine, type Template } from "./template.ts";

export const postgres: Template = {
    id: "postgres",
    title: "PostgreSQL + Adminer",
    env: `${passwordLine}POSTGRES_PASSWORD=\n`,
    compose: `services:
  db:
    image: postgres:17-alpine
    restart: unless-stopped
    environment:
      POSTGRES_DB: app
      POSTGRES_USER: app
      POSTGRES_PASSWORD: \${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD in .env}
    volumes:
      - data:/var/lib/postgresql/data
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U app -d app"]
      interval: 10s
      timeout: 5s
      retries: 5

  # Looks into the database: server db, user app.
  adminer:
    image: adminer:5
    restart: unless-stopped
    depends_on:
      db:
        condition: service_healthy
    ports:
      # Reached from this machine only; remove 127.0.0.1: to open it.
      - 127.0.0.1:8080:8080

volumes:
  data:
`,
};

export const redis: Template = {
    id: "redis",
    title: "Redis",
    env: "",
    compose: `services:
  redis:
    image: redis:8-alpine
    restart: unless-stopped
    # Written to disk at least every minute while something changes.
    command: redis-server --save 60 1
    ports:
      # There is no password: reached from this machine only.
      - 127.0.0.1:6379:6379
    volumes:
      - data:/data
    healthcheck:
      test: ["CMD", "redis-cli", "ping"]
      interval: 10s
      timeout: 3s
      retries: 5

volumes:
  data:
`,
};
