import type { GitCall, GitRemote } from "../../core/git.ts";
import type { GitContext } from "./context.ts";
import { gitLimits } from "./limits.ts";
import { deepenMirror, isShallow } from "./mirror.ts";
import type { OwnRefs } from "./own-refs.ts";

/** Asks a question of a mirror: undefined where its history is too short for an answer. */
export type Ask<T> = (mirror: string, shallow: boolean) => Promise<T | undefined>;

/** Answers a question of a remote's history, with older commits fetched where that is needed. */
export type AskHistory = <T>(remote: GitRemote, call: GitCall, ask: Ask<T>) => Promise<T | undefined>;

const steps = [`--deepen=${gitLimits.nextDepth}`, "--unshallow"] as const;

/** Nothing is fetched where the mirror can answer, or is complete. */
export function createAskHistory(context: GitContext, ownRefs: OwnRefs): AskHistory {
    return async (remote, call, ask) => {
        const mirror = context.mirrorOf(remote.url);
        let answer = await ask(mirror, await isShallow(mirror));
        for (const step of steps) {
            if (answer !== undefined || !(await isShallow(mirror))) {
                return answer;
            }
            const deepen = (noted: GitCall): Promise<void> => deepenMirror(context, remote, step, noted);
            await ownRefs.update(remote, call, deepen, () => isShallow(mirror));
            answer = await ask(mirror, await isShallow(mirror));
        }
        return answer;
    };
}
