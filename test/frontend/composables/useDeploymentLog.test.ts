import { flushPromises } from "@vue/test-utils";
import { effectScope, nextTick, ref } from "vue";
import { describe, expect, it } from "vitest";
import type { LogLine } from "../../../common/schema/log-line.ts";
import { createDeploymentLog } from "../../../frontend/src/composables/useDeploymentLog.ts";
import { createSocketClient } from "../../../frontend/src/socket/client.ts";
import { createFakeTransport } from "../support/fake-transport.ts";

function lines(from: number, to: number): LogLine[] {
    return Array.from({ length: to - from + 1 }, (_, index) => ({
        seq: from + index,
        time: "2026-01-31T12:00:00.000Z",
        stream: "stdout",
        phase: "building",
        text: `line ${from + index}`,
    }));
}

function answer(some: LogLine[]) {
    return { ok: true, lines: some, firstSeq: 1, lastSeq: some.at(-1)?.seq ?? 0 };
}

function setUp() {
    const transport = createFakeTransport();
    transport.answerAll("unsubscribeBuildLog", () => ({ ok: true }));
    const epoch = ref(1);
    const scope = effectScope();
    const client = createSocketClient(transport);
    transport.connect();
    const log = scope.run(() => createDeploymentLog(client, "d1", epoch))!;
    const asked = () => transport.sentAs("subscribeBuildLog");
    const seqs = () => log.lines.value.map(({ seq }) => seq);
    const push = (some: LogLine[], deploymentId = "d1") =>
        transport.push("buildLogUpdate", { deploymentId, lines: some });
    return { transport, epoch, scope, log, asked, seqs, push };
}

describe("a deployment's log", () => {
    it("begins with the newest lines and goes on with what is pushed", async () => {
        const { log, asked, seqs, push } = setUp();

        asked()[0]?.answer(answer(lines(5, 7)));
        await flushPromises();
        push(lines(8, 9));

        expect(asked()[0]?.args).toEqual(["d1", { limit: 2000 }]);
        expect(seqs()).toEqual([5, 6, 7, 8, 9]);
        expect(log.state.value).toBe("live");
    });

    it("takes a line once, however often it comes", async () => {
        const { asked, seqs, push } = setUp();
        asked()[0]?.answer(answer(lines(1, 3)));
        await flushPromises();

        push(lines(2, 4));
        push(lines(4, 4));

        expect(seqs()).toEqual([1, 2, 3, 4]);
    });

    it("asks for what is missing when a push leaves a gap", async () => {
        const { asked, seqs, push } = setUp();
        asked()[0]?.answer(answer(lines(1, 3)));
        await flushPromises();

        push(lines(6, 6));
        asked()[1]?.answer(answer(lines(4, 6)));
        await flushPromises();

        expect(asked()[1]?.args).toEqual(["d1", { afterSeq: 3, limit: 2000 }]);
        expect(seqs()).toEqual([1, 2, 3, 4, 5, 6]);
    });

    it("asks again for lines pushed while the answer was on its way", async () => {
        const { asked, seqs, push } = setUp();

        push(lines(4, 4));
        asked()[0]?.answer(answer(lines(1, 3)));
        await flushPromises();
        asked()[1]?.answer(answer(lines(4, 4)));
        await flushPromises();

        expect(seqs()).toEqual([1, 2, 3, 4]);
    });

    it("resumes after the last line on a new connection, page by page", async () => {
        const { transport, epoch, log, asked, seqs } = setUp();
        asked()[0]?.answer(answer(lines(1, 10)));
        await flushPromises();

        transport.disconnect();
        transport.connect();
        epoch.value = 2;
        await nextTick();
        asked()[1]?.answer(answer(lines(11, 2010)));
        await flushPromises();
        asked()[2]?.answer(answer(lines(2011, 2020)));
        await flushPromises();

        expect(asked()[2]?.args).toEqual(["d1", { afterSeq: 2010, limit: 2000 }]);
        expect(seqs()).toEqual(lines(1, 2020).map(({ seq }) => seq));
        expect(log.state.value).toBe("live");
    });

    it("waits for the connection when it is lost while asking", async () => {
        const { transport, epoch, log, asked, seqs } = setUp();

        transport.disconnect();
        await flushPromises();
        expect(log.state.value).toBe("waiting");
        transport.connect();
        epoch.value = 2;
        await nextTick();
        asked()[1]?.answer(answer(lines(1, 2)));
        await flushPromises();

        expect(seqs()).toEqual([1, 2]);
    });

    it("puts earlier lines in front until there are none", async () => {
        const { log, asked, seqs } = setUp();
        asked()[0]?.answer(answer(lines(5, 6)));
        await flushPromises();
        expect(log.hasEarlier.value).toBe(true);

        const loading = log.loadEarlier();
        asked()[1]?.answer(answer(lines(1, 4)));

        expect(await loading).toBe(4);
        expect(asked()[1]?.args).toEqual(["d1", { beforeSeq: 5, limit: 2000 }]);
        expect(seqs()).toEqual([1, 2, 3, 4, 5, 6]);
        expect(log.hasEarlier.value).toBe(false);
    });

    it("leaves the log of others alone, and unsubscribes at the end", async () => {
        const { transport, scope, asked, seqs, push } = setUp();
        asked()[0]?.answer(answer(lines(1, 1)));
        await flushPromises();

        push(lines(2, 2), "d2");
        scope.stop();
        push(lines(2, 2));

        expect(seqs()).toEqual([1]);
        expect(transport.sentAs("unsubscribeBuildLog")).toHaveLength(1);
    });
});
