import type { LogLine } from "../../../../common/schema/log-line.ts";

type Listener = (lines: readonly LogLine[]) => void;

/** Who follows which log. */
export class LogListeners {
    readonly #listeners = new Map<string, Set<Listener>>();

    tell(deploymentId: string, lines: readonly LogLine[]): void {
        this.#listeners.get(deploymentId)?.forEach((listener) => listener(lines));
    }

    /** Answers the function that ends it. */
    add(deploymentId: string, onLines: Listener): () => void {
        // Wrapped, so that the same function may follow twice.
        const listener: Listener = (lines) => onLines(lines);
        const all = this.#listeners.get(deploymentId) ?? new Set<Listener>();
        this.#listeners.set(deploymentId, all.add(listener));
        return () => {
            all.delete(listener);
            if (all.size === 0 && this.#listeners.get(deploymentId) === all) {
                this.#listeners.delete(deploymentId);
            }
        };
    }
}
