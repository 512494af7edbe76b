import { healthCheck } from "./small-app.ts";

/** A small web app for journeys: `web` is built and answers its version, `api` is built from its own folder. */
export interface SampleApp {
    readonly port: number;
    /** What `web` answers. */
    readonly version: string;
    readonly apiVersion?: string;
}

const dockerfile = `FROM cicd/busybox:1
COPY www /www
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
`;

export function sampleApp(app: SampleApp): Record<string, string> {
    return {
        "compose.yaml": `services:
  web:
    build: ./web
    init: true
    stop_grace_period: 1s
    ports: ["127.0.0.1:${app.port}:8080"]
    volumes:
      - ./data:/data
      - kept:/kept
${healthCheck}  api:
    build: ./api
    init: true
    stop_grace_period: 1s
    volumes:
      - ./settings.conf:/etc/settings.conf:ro
${healthCheck}volumes:
  kept: {}
`,
        "web/Dockerfile": dockerfile,
        "web/www/index.html": `${app.version}\n`,
        "api/Dockerfile": dockerfile,
        "api/www/index.html": `${app.apiVersion ?? "api"}\n`,
        "settings.conf": "level=1\n",
    };
}
