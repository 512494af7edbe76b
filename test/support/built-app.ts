import { healthCheck } from "./small-app.ts";

/** A web app for journeys of what comes before a build: one service `web` that is built of `web/www`. */
export function builtApp(port: number): Record<string, string> {
    return {
        "compose.yaml": `services:
  web:
    build: ./web
    init: true
    stop_grace_period: 1s
    ports: ["127.0.0.1:${port}:8080"]
${healthCheck}`,
        "web/Dockerfile": `FROM cicd/busybox:1\nCOPY www /www\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n`,
    };
}
