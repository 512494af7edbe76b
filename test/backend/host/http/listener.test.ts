import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createListener, listen, stopListening } from "../../../../backend/host/http/listener.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

it("says that a port is in use, and how to choose another", async () => {
    const first = await createListener((_request, response) => void response.end("ok"), undefined);
    onTestFinished(() => stopListening(first));
    const { port } = await listen(first, 0, "127.0.0.1");
    const second = await createListener(() => undefined, undefined);
    await expect(listen(second, port, "127.0.0.1")).rejects.toMatchObject({
        code: "unavailable",
        message: `port ${port} on 127.0.0.1: is in use already; choose another with --port or DOCKGE_PORT`,
    });
});

it("stops though a client keeps its connection", async () => {
    const server = await createListener((_request, response) => void response.end("ok"), undefined);
    const { port } = await listen(server, 0, "127.0.0.1");
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect(await answer.text()).toBe("ok");
    await stopListening(server);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
});

it("names the TLS file that is missing or no certificate", async () => {
    const directory = await temporaryDirectory();
    const files = { keyFile: join(directory, "key"), certificateFile: join(directory, "cert"), passphrase: undefined };
    await expect(createListener(() => undefined, files)).rejects.toThrow("DOCKGE_SSL_KEY: ");
    await writeFile(files.keyFile, "no key");
    await expect(createListener(() => undefined, files)).rejects.toThrow("DOCKGE_SSL_CERT: ");
    await writeFile(files.certificateFile, "no certificate");
    await expect(createListener(() => undefined, files)).rejects.toMatchObject({ code: "invalid" });
});
