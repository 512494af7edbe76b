import type { Template } from "./template.ts";

export const nginx: Template = {
    id: "nginx",
    title: "nginx",
    env: "",
    compose: `services:
  nginx:
    image: nginx:1.29-alpine
    restart: unless-stopped
    ports:
      - 8080:80
    volumes:
      # What is in ./html is served.
      - ./html:/usr/share/nginx/html:ro
    healthcheck:
      # A page that is missing is an answer too.
      test: ["CMD", "nc", "-z", "127.0.0.1", "80"]
      interval: 30s
      timeout: 5s
      retries: 3
`,
};

export const caddy: Template = {
    id: "caddy",
    title: "Caddy",
    env: "# The name that the certificate is made for; it must lead to this machine.\nDOMAIN=example.com\n",
    compose: `services:
  caddy:
    image: caddy:2-alpine
    restart: unless-stopped
    # Certificates come by themselves once the domain leads here.
    command: caddy file-server --root /srv --domain \${DOMAIN:?set DOMAIN in .env}
    ports:
      - 80:80
      - 443:443
      - 443:443/udp
    volumes:
      - ./site:/srv:ro
      # Certificates and keys: keep this volume.
      - data:/data
      - config:/config

volumes:
  data:
  config:
`,
};
