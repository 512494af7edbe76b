import { flushPromises } from "@vue/test-utils";
import { effectScope, nextTick, ref } from "vue";
import { describe, expect, it } from "vitest";
import { createJobLog } from "../../../frontend/src/composables/useJobLog.ts";
import { createSocketClient } from "../../../frontend/src/socket/client.ts";
import { createFakeTransport } from "../support/fake-transport.ts";
import { logLine } from "../support/page-fixtures.ts";

function lines(from: number, to: number) {
    return Array.from({ length: to - from + 1 }, (_, index) => logLine(from + index));
}

describe("a job's log", () => {
    it("goes on after a reconnect without a gap or a double, and leaves other jobs' lines alone", async () => {
        const transport = createFakeTransport();
        transport.answerAll("unsubscribeJobLog", () => ({ ok: true }));
        const epoch = ref(1);
        const scope = effectScope();
        const client = createSocketClient(transport);
        transport.connect();
        const log = scope.run(() => createJobLog(client, "j1", epoch))!;
        const asked = () => transport.sentAs("subscribeJobLog");

        asked()[0]?.answer({ ok: true, lines: lines(1, 3) });
        await flushPromises();
        transport.push("jobLogUpdate", { jobId: "j2", lines: lines(4, 4) });
        transport.push("jobLogUpdate", { jobId: "j1", lines: lines(3, 4) });
        transport.disconnect();
        transport.connect();
        epoch.value = 2;
        await nextTick();
        transport.push("jobLogUpdate", { jobId: "j1", lines: lines(7, 7) });
        asked()[1]?.answer({ ok: true, lines: lines(5, 6) });
        await flushPromises();
        asked()[2]?.answer({ ok: true, lines: lines(7, 7) });
        await flushPromises();
        scope.stop();

        expect(asked().map(({ args }) => args)).toEqual([
            ["j1", { limit: 2000 }],
            ["j1", { afterSeq: 4, limit: 2000 }],
            ["j1", { afterSeq: 6, limit: 2000 }],
        ]);
        expect(log.lines.value.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
        expect(transport.sentAs("unsubscribeJobLog").map(({ args }) => args)).toEqual([["j1"]]);
    });
});
