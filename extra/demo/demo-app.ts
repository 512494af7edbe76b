/** The files of a small web app that answers its version. */
export function demoApp(port: number, version: string): Readonly<Record<string, string>> {
    return {
        "compose.yaml": `services:
  web:
    build: .
    init: true
    stop_grace_period: 1s
    ports: ["127.0.0.1:${String(port)}:8080"]
    healthcheck:
      test: ["CMD", "wget", "-q", "-O-", "http://127.0.0.1:8080/"]
      interval: 1s
      timeout: 2s
      retries: 3
`,
        Dockerfile: `FROM cicd/busybox:1
COPY www /www
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
`,
        "www/index.html": `${version}\n`,
    };
}

/** The change that breaks it: it starts, and never answers. */
export const brokenChange: Readonly<Record<string, string>> = {
    Dockerfile: `FROM cicd/busybox:1
COPY www /www
CMD ["sleep", "100000"]
`,
    "www/index.html": "version 3, which nobody will see\n",
};
