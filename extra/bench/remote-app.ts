/** A web app of one service that is not built; the same for both sides of a comparison, but for its port. */
export function remoteApp(port: number): Readonly<Record<string, string>> {
    return { ...remoteChange(port, 0), "settings/httpd.conf": "I:index.html\n" };
}

/** What the n-th push changes: the compose file, so that the container is new, and a file that is mounted. */
export function remoteChange(port: number, n: number): Readonly<Record<string, string>> {
    return {
        "compose.yaml": `services:
  web:
    image: cicd/busybox:1
    init: true
    stop_grace_period: 1s
    command: ["httpd", "-f", "-p", "8080", "-h", "/www", "-c", "/settings/httpd.conf"]
    environment: { PUSH: "${String(n)}" }
    ports: ["127.0.0.1:${String(port)}:8080"]
    volumes: ["./www:/www:ro", "./settings:/settings:ro"]
    healthcheck:
      test: ["CMD", "wget", "-q", "-O-", "http://127.0.0.1:8080/"]
      interval: 2s
      timeout: 2s
      retries: 3
      start_period: 10s
      start_interval: 100ms
`,
        "www/index.html": `push ${String(n)}\n`,
    };
}
