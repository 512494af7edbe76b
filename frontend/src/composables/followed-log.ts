import { tryOnScopeDispose } from "@vueuse/core";
import { computed, readonly, ref, shallowRef, watch, type ComputedRef, type Ref } from "vue";
import type { LogLine, LogRange } from "../../../common/schema/log-line.ts";
import { continueLines } from "../model/log-lines.ts";
import { CallError } from "../socket/call-error.ts";
import { createRerun } from "./rerun.ts";

export interface FollowedLog {
    /** Consecutive lines, in order, each once. */
    readonly lines: Readonly<Ref<readonly LogLine[]>>;
    readonly hasEarlier: ComputedRef<boolean>;
    /** `live` while subscribed; `waiting` between a lost connection and the resumption. */
    readonly state: Readonly<Ref<"loading" | "live" | "waiting">>;
    /** Puts lines before the first one in front; resolves with how many came. */
    loadEarlier(): Promise<number>;
    /** Every line that there is by now; shows none that is not shown. */
    readAll(): Promise<readonly LogLine[]>;
}

/** Where the lines of one log come from. */
export interface LogSource {
    /** Asks for lines, and for pushes from now on. */
    subscribe(range: Partial<LogRange>): Promise<{ readonly lines: readonly LogLine[] }>;
    unsubscribe(): Promise<unknown>;
    /** Calls back for pushed lines until the returned function is called. */
    onLines(handler: (lines: readonly LogLine[]) => void): () => void;
}

const pageSize = 2000;
const retryMs = 2000;

/**
 * Follows a log without a gap or a double. Pushes that do not continue the last line (some were lost, or the
 * subscription's answer is still on its way) are dropped, and what is missing is asked for by number. `epoch` changes
 * with each login on a new connection.
 */
export function createFollowedLog(source: LogSource, epoch: Readonly<Ref<number>>): FollowedLog {
    const lines = shallowRef<readonly LogLine[]>([]);
    const state = ref<"loading" | "live" | "waiting">("loading");
    const reachedStart = ref(false);
    const missing = createRerun(() => fetchMissing(source, lines));
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;

    async function catchUp(): Promise<void> {
        try {
            await missing.start();
            state.value = "live";
        } catch (error) {
            state.value = "waiting";
            const lost = error instanceof CallError && error.code === "disconnected";
            timer = lost || ended ? undefined : setTimeout(() => void catchUp(), retryMs);
        }
    }

    const stopListening = source.onLines((received) => {
        const next = missing.running() ? "gap" : continueLines(lines.value, received);
        if (next === "gap") {
            return void catchUp();
        }
        lines.value = next;
    });
    const stopWatching = watch(epoch, () => void catchUp(), { immediate: true });

    tryOnScopeDispose(() => {
        ended = true;
        clearTimeout(timer);
        stopListening();
        stopWatching();
        source.unsubscribe().catch(() => undefined);
    });

    return {
        lines,
        state: readonly(state),
        hasEarlier: computed(() => (lines.value[0]?.seq ?? 1) > 1 && !reachedStart.value),
        async loadEarlier() {
            const earlier = await fetchEarlier(source, lines.value[0]);
            reachedStart.value = earlier.length === 0;
            lines.value = earlier.concat(lines.value);
            return earlier.length;
        },
        readAll: async () => (await fetchAllEarlier(source, lines.value[0])).concat(lines.value),
    };
}

/** Subscribes, and takes all lines after the last known one: page by page, or the newest when none is known. */
async function fetchMissing(source: LogSource, lines: Ref<readonly LogLine[]>): Promise<void> {
    for (;;) {
        const afterSeq = lines.value.at(-1)?.seq;
        const range = afterSeq === undefined ? { limit: pageSize } : { afterSeq, limit: pageSize };
        const answer = await source.subscribe(range);
        const next = continueLines(lines.value, answer.lines);
        // Lines that retention took away cannot be asked for again: go on with what is left.
        lines.value = next === "gap" ? answer.lines : next;
        if (afterSeq === undefined || answer.lines.length < pageSize) {
            return;
        }
    }
}

async function fetchEarlier(source: LogSource, first: LogLine | undefined): Promise<readonly LogLine[]> {
    if (first === undefined || first.seq <= 1) {
        return [];
    }
    const answer = await source.subscribe({ beforeSeq: first.seq, limit: pageSize });
    return answer.lines.filter(({ seq }) => seq < first.seq);
}

async function fetchAllEarlier(source: LogSource, first: LogLine | undefined): Promise<readonly LogLine[]> {
    const pages: (readonly LogLine[])[] = [];
    for (let next = first; ; next = pages[0]?.[0]) {
        const page = await fetchEarlier(source, next);
        if (page.length === 0) {
            return pages.flat();
        }
        pages.unshift(page);
    }
}
