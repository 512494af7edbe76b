/** Who works with which mirror, so that it is not removed meanwhile. */
export interface MirrorUsers {
    use<T>(mirror: string, work: () => Promise<T>): Promise<T>;
    isUsed(mirror: string): boolean;
}

export function createMirrorUsers(): MirrorUsers {
    const users = new Map<string, number>();

    function leave(mirror: string): void {
        const left = (users.get(mirror) ?? 0) - 1;
        if (left > 0) {
            users.set(mirror, left);
            return;
        }
        users.delete(mirror);
    }

    return {
        isUsed: (mirror) => users.has(mirror),
        async use(mirror, work) {
            users.set(mirror, (users.get(mirror) ?? 0) + 1);
            try {
                return await work();
            } finally {
                leave(mirror);
            }
        },
    };
}
