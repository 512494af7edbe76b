import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { onInterrupt } from "../../../backend/cli/interrupt.ts";

function createProcess() {
    const exits: number[] = [];
    const stdout = new EventEmitter();
    const process = Object.assign(new EventEmitter(), { stdout, exit: (code: number) => exits.push(code) });
    return { process, exits };
}

describe("who wants a run to end", () => {
    it("is heard once, and obeyed at once the second time", () => {
        const { process, exits } = createProcess();
        let heard = 0;
        onInterrupt(process, () => (heard += 1));

        process.emit("SIGINT");
        expect({ heard, exits }).toEqual({ heard: 1, exits: [] });
        process.emit("SIGTERM");

        expect({ heard, exits }).toEqual({ heard: 1, exits: [130] });
    });

    it("is somebody who no longer reads, too, but lines that are lost end nothing", () => {
        const { process, exits } = createProcess();
        let heard = 0;
        onInterrupt(process, () => (heard += 1));

        process.stdout.emit("error", new Error("EPIPE"));
        process.stdout.emit("error", new Error("EPIPE"));

        expect({ heard, exits }).toEqual({ heard: 1, exits: [] });
    });

    it("is not listened to afterwards", () => {
        const { process } = createProcess();

        onInterrupt(process, () => undefined)();

        expect(process.listenerCount("SIGINT") + process.listenerCount("SIGTERM")).toBe(0);
    });
});
