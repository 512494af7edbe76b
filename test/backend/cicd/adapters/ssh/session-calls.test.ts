import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSessionCalls, type Done } from "../../../../../backend/cicd/adapters/ssh/session-calls.ts";

const never = (): void => undefined;

describe("calls on a session", () => {
    let session: EventEmitter;
    let overs: number;

    beforeEach(() => {
        vi.useFakeTimers();
        session = new EventEmitter();
        overs = 0;
    });

    afterEach(() => vi.useRealTimers());

    const calls = () => createSessionCalls(session, { silenceSeconds: 10, onOver: () => (overs += 1) });

    it("end with the answer, or with the error", async () => {
        const { call } = calls();
        await expect(call<string>((done) => done(undefined, "good"))).resolves.toBe("good");
        await expect(call((done) => done(new Error("bad"), undefined))).rejects.toThrow("bad");
        await expect(
            call(() => {
                throw new Error("cannot be asked");
            }),
        ).rejects.toThrow("cannot be asked");
    });

    it.each(["end", "close", "error"])("reject on %s, and so do all later ones", async (event) => {
        const { call } = calls();
        const both = [call(never), call(never)];

        session.emit(event, new Error("nonsense"));
        session.emit("close");

        for (const one of [...both, call(never), call((done) => done(undefined, "too late"))]) {
            await expect(one).rejects.toThrow("the SFTP session has ended");
        }
        expect(overs).toBe(1);
    });

    it("reject when nothing at all is answered for too long", async () => {
        const { call, heard } = calls();
        const answers: Done<string>[] = [];
        const [first, second] = [1, 2].map(() => call<string>((done) => answers.push(done)));
        const ended = expect(second).rejects.toThrow("no answer for 10 s");
        vi.advanceTimersByTime(9000);
        answers[0]?.(undefined, "first");
        await expect(first).resolves.toBe("first");
        vi.advanceTimersByTime(9000);
        heard();
        vi.advanceTimersByTime(9000);
        expect(overs).toBe(0);

        vi.advanceTimersByTime(1000);

        await ended;
        expect(overs).toBe(1);
    });

    it("leave no clock running when nobody waits", async () => {
        const { call } = calls();
        await call<string>((done) => done(undefined, "good"));

        expect(vi.getTimerCount()).toBe(0);
    });
});
