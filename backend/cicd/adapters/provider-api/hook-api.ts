import type { HookApi, HookTarget, ProviderHook, WantedHook } from "../../core/hook-api.ts";
import { failureOf, forbidden, isGood } from "./answers.ts";
import { placeOf, type Place } from "./place.ts";
import type { ApiAnswer, ApiCall, SendApiCall } from "./send.ts";
import type { ProviderSpec } from "./spec.ts";

const mostPages = 10;
const timeoutMs = 30_000;

/** One conversation with a provider about one repository. */
interface Talk {
    readonly spec: ProviderSpec;
    call(method: ApiCall["method"], url: URL, body?: object): Promise<ApiAnswer>;
    /** The same answer; throws what a bad one means. */
    check(answer: ApiAnswer): Promise<ApiAnswer>;
}

/** The webhooks of one provider, whose particulars the spec tells. */
export function createHookApi(specOf: (place: Place) => ProviderSpec, send: SendApiCall): HookApi {
    function talk(target: HookTarget, given: AbortSignal, ...secrets: readonly string[]): Talk {
        const spec = specOf(placeOf(target.url));
        const headers = spec.headers(target.credentials);
        const signal = AbortSignal.any([given, AbortSignal.timeout(timeoutMs)]);
        const { allowPrivateHost } = target;
        const call: Talk["call"] = (method, url, body) =>
            send({ method, url, headers, body, allowPrivateHost, signal });
        return {
            spec,
            call,
            async check(answer) {
                if (!isGood(answer)) {
                    throw await explain(spec, call, answer, [target.credentials.token, ...secrets]);
                }
                return answer;
            },
        };
    }

    return {
        find: (target, isOurs, signal) => findHooks(talk(target, signal), isOurs),
        create: (target, wanted, signal) => createHook(talk(target, signal, wanted.secret), wanted),
        update: (target, id, wanted, signal) => changeHook(talk(target, signal, wanted.secret), id, wanted),
        remove: (target, id, signal) => removeHook(talk(target, signal), id),
    };
}

/** Providers answer 404 or 401 also to those who may see the repository, but not its hooks: one question more tells. */
async function explain(spec: ProviderSpec, call: Talk["call"], answer: ApiAnswer, secrets: readonly string[]) {
    const failure = failureOf(spec.words, secrets, answer);
    if (answer.status !== 404 && answer.status !== 401) {
        return failure;
    }
    const repository = await call("GET", spec.repository);
    return isGood(repository) ? forbidden(spec.words) : failure;
}

async function findHooks(
    { spec, call, check }: Talk,
    isOurs: (url: string) => boolean,
): Promise<readonly ProviderHook[]> {
    const found: ProviderHook[] = [];
    let query: Readonly<Record<string, string>> | undefined = spec.firstPage;
    let seen = 0;
    for (let page = 1; page <= mostPages && query !== undefined; page += 1) {
        const answer = await check(await call("GET", hooksUrl(spec, [], query)));
        const { hooks, next } = spec.readPage(answer, page, seen);
        found.push(...hooks.filter(({ url }) => isOurs(url)));
        seen += hooks.length;
        query = next;
    }
    return found;
}

async function createHook({ spec, call, check }: Talk, wanted: WantedHook): Promise<ProviderHook> {
    const [first, ...others] = spec.bodies(wanted);
    let answer = await call("POST", hooksUrl(spec), first);
    for (const body of others) {
        answer = answer.status === 422 ? await call("POST", hooksUrl(spec), body) : answer;
    }
    return spec.readHook(await check(answer));
}

async function changeHook(talk: Talk, id: string, wanted: WantedHook): Promise<ProviderHook> {
    const { spec, call, check } = talk;
    if (spec.change === "replace") {
        const created = await createHook(talk, wanted);
        await removeHook(talk, id);
        return created;
    }
    return spec.readHook(await check(await call(spec.change, hooksUrl(spec, [id]), spec.bodies(wanted)[0])));
}

async function removeHook({ spec, call, check }: Talk, id: string): Promise<void> {
    const answer = await call("DELETE", hooksUrl(spec, [id]));
    // Gone already, unless the repository itself cannot be seen.
    await check(answer.status === 404 ? await call("GET", hooksUrl(spec)) : answer);
}

function hooksUrl(
    { repository, hooks }: ProviderSpec,
    more: readonly string[] = [],
    query: Readonly<Record<string, string>> = {},
): URL {
    const url = new URL(repository);
    url.pathname = [url.pathname, hooks, ...more.map(encodeURIComponent)].join("/");
    for (const [name, value] of Object.entries(query)) {
        url.searchParams.set(name, value);
    }
    return url;
}
