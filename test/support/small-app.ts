/** A web app for journeys that needs no build: one service `web` of the test bed's base image. */
export interface SmallApp {
    readonly port: number;
    /** What it answers. */
    readonly version: string;
    /** More lines of the service, four spaces in front of each. */
    readonly more?: string;
}

export function smallApp(app: SmallApp): Record<string, string> {
    return { "compose.yaml": `services:\n${smallService("web", app)}` };
}

/** One service that answers its version, as lines of a compose file. */
export function smallService(name: string, { port, version, more = "" }: SmallApp): string {
    return `  ${name}:
    image: cicd/busybox:1
    init: true
    stop_grace_period: 1s
    command: ["sh", "-c", "mkdir -p /www && echo ${version} > /www/index.html && exec httpd -f -p 8080 -h /www"]
    ports: ["127.0.0.1:${port}:8080"]
${healthCheck}${more}`;
}

/** A service that only stays up, as lines of a compose file. */
export function idleService(name: string, more = ""): string {
    return `  ${name}:
    image: cicd/busybox:1
    init: true
    stop_grace_period: 1s
    command: ["sleep", "1000"]
${more}`;
}

/** What the app answers now. */
export async function answerOn(port: number): Promise<string> {
    return (await (await fetch(`http://127.0.0.1:${port}/`)).text()).trim();
}

/** Of a service that never becomes healthy. One that ends instead may be seen while it still runs. */
export const sickCheck = `    healthcheck: {test: ["CMD", "false"], interval: 1s, retries: 1}
`;

/** The same, as a line of a Dockerfile. */
export const sickImage = "HEALTHCHECK --interval=1s --retries=1 CMD false\n";

/** Of a service that answers at 8080; told within a moment of its start. */
export const healthCheck = `    healthcheck:
      test: ["CMD", "wget", "-q", "-O-", "http://127.0.0.1:8080/"]
      interval: 1s
      timeout: 2s
      retries: 3
      start_period: 10s
      start_interval: 200ms
`;
