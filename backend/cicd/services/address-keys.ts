import { addressKey } from "../core/git-address.ts";

/** The repository's address as one may compare it: of `file:` the real path. */
export type RealAddress = (url: string) => Promise<string>;

/** What addresses are compared by; those that are none are left out. */
export type AddressKeys = (urls: readonly string[]) => Promise<readonly string[]>;

const mostRemembered = 10_000;

/** Remembers the keys, because every delivery is compared with every repository; a folder may move, and is looked at. */
export function createAddressKeys(realAddress: RealAddress): AddressKeys {
    const known = new Map<string, string | undefined>();

    async function keyOf(url: string): Promise<string | undefined> {
        if (known.has(url)) {
            return known.get(url);
        }
        const key = addressKey(await realAddress(url));
        if (known.size >= mostRemembered) {
            known.clear();
        }
        if (!/^file:/i.test(url)) {
            known.set(url, key);
        }
        return key;
    }

    return async (urls) => {
        const keys: string[] = [];
        for (const url of urls) {
            const key = known.get(url) ?? (await keyOf(url));
            if (key !== undefined) {
                keys.push(key);
            }
        }
        return keys;
    };
}
