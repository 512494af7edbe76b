/** Room for bodies that are held at the same time, in bytes over all requests. */
export interface BodyRoom {
    /** For a request that begins; `goOn` is called when it may be read on after it was told to wait. */
    enter(goOn: () => void): BodyPlace;
}

export interface BodyPlace {
    /** Counts what has arrived; answers whether to read on, else `goOn` will tell. */
    take(bytes: number): boolean;
    /** Gives back what the body took. */
    leave(): void;
}

export interface BodyRoomLimits {
    readonly maxBytes: number;
    /** So much of every body is not counted: who sends no more never waits. */
    readonly freeBytes: number;
}

/**
 * Only what has arrived is counted, not what was announced: whoever sends nothing keeps nobody waiting. When the room is
 * full one body at a time, the one that has waited longest, is read to its end all the same: else many that are half
 * there would wait for each other.
 */
export function createBodyRoom({ maxBytes, freeBytes }: BodyRoomLimits): BodyRoom {
    const waiting = new Map<BodyPlace, () => void>();
    let taken = 0;
    let reading: BodyPlace | undefined;

    function letIn(): void {
        for (const [place, goOn] of waiting) {
            if (taken > maxBytes && reading !== undefined) {
                return;
            }
            if (taken > maxBytes) {
                reading = place;
            }
            waiting.delete(place);
            goOn();
        }
    }

    function enter(goOn: () => void): BodyPlace {
        let arrived = 0;
        const counted = (): number => Math.max(0, arrived - freeBytes);
        const place: BodyPlace = {
            take(bytes) {
                const before = counted();
                arrived += bytes;
                taken += counted() - before;
                if (counted() === 0 || taken <= maxBytes || reading === place) {
                    return true;
                }
                if (reading === undefined) {
                    reading = place;
                    return true;
                }
                waiting.set(place, goOn);
                return false;
            },
            leave() {
                taken -= counted();
                arrived = 0;
                waiting.delete(place);
                reading = reading === place ? undefined : reading;
                letIn();
            },
        };
        return place;
    }

    return { enter };
}
