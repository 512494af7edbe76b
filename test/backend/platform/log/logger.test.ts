import { expect, it } from "vitest";
import { createLogger, type Logger, type LogLevel } from "../../../../backend/platform/log/logger.ts";

function record(level: LogLevel): { readonly logger: Logger; readonly lines: unknown[] } {
    const lines: unknown[] = [];
    const logger = createLogger(level, { write: (line) => lines.push(JSON.parse(line)) });
    return { logger, lines };
}

const anyText: unknown = expect.any(String);

it("writes one JSON line per message, with level, time and fields", () => {
    const { logger, lines } = record("info");

    logger.child({ stack: "web" }).info({ deployment: "d1" }, "deployed");

    expect(lines).toEqual([{ level: "info", time: anyText, stack: "web", deployment: "d1", msg: "deployed" }]);
});

it("leaves out what is below its level", () => {
    const { logger, lines } = record("warn");

    logger.debug({}, "no");
    logger.info({}, "no");
    logger.warn({}, "yes");

    expect(lines).toHaveLength(1);
});

it("hides what is named like a secret, also two levels down", () => {
    const { logger, lines } = record("debug");

    logger.error(
        {
            password: "s3cret",
            repository: { webhookSecret: "s3cret", credentials: { token: "s3cret" } },
            request: { headers: { authorization: "s3cret" } },
        },
        "failed",
    );

    expect(JSON.stringify(lines)).not.toContain("s3cret");
    expect(JSON.stringify(lines)).toContain("***");
});

it("writes an error with its stack", () => {
    const { logger, lines } = record("error");

    logger.error({ err: new Error("boom") }, "failed");

    expect(lines[0]).toMatchObject({ err: { type: "Error", message: "boom", stack: anyText } });
});
