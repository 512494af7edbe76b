import type { Registry } from "../../../common/schema/registry.ts";
import { useLoaded, type Loaded } from "./useLoaded.ts";
import { useSocket } from "./useSocket.ts";

const pageSize = 200;

/** The registries of images, by name. */
export function useRegistries(): Loaded<readonly Registry[]> {
    const { call } = useSocket();

    async function all(): Promise<readonly Registry[]> {
        const found: Registry[] = [];
        let cursor: string | undefined;
        do {
            const page = await call("getRegistries", pageSize, cursor);
            found.push(...page.registries);
            cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined);
        return found;
    }

    return useLoaded(all);
}
