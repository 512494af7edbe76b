import { toValue, type MaybeRefOrGetter } from "vue";
import { useEpoch } from "./useEpoch.ts";
import { usePush, useSocket } from "./useSocket.ts";

export interface TerminalScreen {
    /** Clears, then shows. */
    reset(text: string): void;
    write(text: string): void;
}

/** Shows one of the server's terminals on a screen: what it wrote so far, then what it writes. */
export function useTerminalFeed(name: MaybeRefOrGetter<string>, screen: TerminalScreen): { join(): Promise<void> } {
    const { call } = useSocket();

    async function join(): Promise<void> {
        try {
            screen.reset((await call("terminalJoin", toValue(name))).buffer);
        } catch {
            // A terminal that has not run yet has nothing to show.
        }
    }

    usePush("terminalWrite", (terminal, data) => {
        if (terminal === toValue(name)) {
            screen.write(data);
        }
    });
    useEpoch(() => void join());
    return { join };
}
