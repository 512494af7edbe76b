/** Room for bodies that are held at the same time, in bytes over all requests. */
export interface BodyRoom {
    /**
     * Waits until so many bytes are free; answers how to give them back, or undefined when that takes too long. Who
     * came first comes first, but nobody waits for one that does not fit yet.
     */
    take(bytes: number, timeoutMs: number): Promise<(() => void) | undefined>;
}

interface Waiting {
    readonly bytes: number;
    readonly enter: () => void;
}

/** Room for so many bytes in all. What is larger than the room gets it when it is empty. */
export function createBodyRoom(maxBytes: number): BodyRoom {
    const waiting = new Set<Waiting>();
    let taken = 0;

    const fits = (bytes: number): boolean => taken === 0 || taken + bytes <= maxBytes;

    function enter(bytes: number): () => void {
        taken += bytes;
        return () => {
            taken -= bytes;
            for (const next of waiting) {
                if (fits(next.bytes)) {
                    next.enter();
                }
            }
        };
    }

    return {
        async take(bytes, timeoutMs) {
            return fits(bytes) ? enter(bytes) : waitFor(bytes, timeoutMs);
        },
    };

    function waitFor(bytes: number, timeoutMs: number): Promise<(() => void) | undefined> {
        return new Promise((resolve) => {
            const place: Waiting = {
                bytes,
                enter() {
                    clearTimeout(timer);
                    waiting.delete(place);
                    resolve(enter(bytes));
                },
            };
            const timer = setTimeout(() => {
                waiting.delete(place);
                resolve(undefined);
            }, timeoutMs);
            waiting.add(place);
        });
    }
}
