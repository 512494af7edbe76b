/** A web app of one built service; the same for both sides of a comparison, but for its port. */
export function benchApp(port: number): Readonly<Record<string, string>> {
    return {
        "compose.yaml": `services:
  web:
    build: .
    init: true
    stop_grace_period: 1s
    ports: ["127.0.0.1:${String(port)}:8080"]
    healthcheck:
      test: ["CMD", "wget", "-q", "-O-", "http://127.0.0.1:8080/"]
      interval: 2s
      timeout: 2s
      retries: 3
      start_period: 10s
      start_interval: 100ms
`,
        Dockerfile: `FROM cicd/busybox:1
COPY www /www
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
`,
        ...changeOf(0),
    };
}

/** What the n-th push changes: a file of the image, so that image and container are new. */
export function changeOf(n: number): Readonly<Record<string, string>> {
    return { "www/index.html": `push ${String(n)}\n` };
}
