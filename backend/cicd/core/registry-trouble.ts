import { AppError } from "../../../common/errors.ts";
import type { DeploymentErrorCode } from "../../../common/schema/deployment.ts";

/** What went wrong between the engine and a registry. */
export type RegistryTroubleKind =
    "plain_http" | "unreachable" | "untrusted" | "no_space" | "unauthorized" | "denied" | "no_registry" | "other";

interface Trouble {
    readonly kind: RegistryTroubleKind;
    readonly reason: string;
    readonly wayOut: string;
}

const retry = "start it or mend the network, then try again";

/** In this order: the engine's words for a later one may hold those of an earlier one. */
const troubles: readonly (Trouble & { readonly words: RegExp })[] = [
    {
        kind: "plain_http",
        words: /server gave HTTP response to HTTPS client/i,
        reason: "it answers without TLS",
        wayOut: 'give it TLS, or name it under "insecure-registries" in the engine\'s daemon.json',
    },
    {
        kind: "unreachable",
        words: /connection refused|connection reset|no such host|no route to host|network is unreachable|timeout|timed out|deadline exceeded|broken pipe|unexpected EOF|: EOF\b|server misbehaving|temporary failure|50[234] (bad gateway|service unavailable|gateway time-?out)/i,
        reason: "it cannot be reached",
        wayOut: retry,
    },
    {
        kind: "untrusted",
        words: /x509|certificate|\btls: /i,
        reason: "the engine does not trust its certificate",
        wayOut: "put its CA's certificate as ca.crt into /etc/docker/certs.d/<host[:port]> on the engine's machine",
    },
    {
        kind: "no_space",
        words: /no space left|insufficient storage|\b507\b|disk quota|quota (has been |is )?exceeded|exceeds? .*quota/i,
        reason: "there is no space left",
        wayOut: "free some at the registry (or raise its quota), and on this machine, then try again",
    },
    {
        kind: "unauthorized",
        words: /unauthorized|\b401\b|authentication required|incorrect username or password|no basic auth/i,
        reason: "it refuses username or password",
        wayOut: "check both; a token must not have expired, and must be allowed to write packages",
    },
    {
        kind: "denied",
        words: /denied|forbidden|\b403\b|insufficient[_ ]scope/i,
        reason: "this user may not do that there",
        wayOut: "check the address' prefix, and that the user or token may write packages below it",
    },
    {
        kind: "no_registry",
        words: /\b404\b|not found|unexpected status|unexpected HTTP status: (?!5)|invalid character '<'|\/v2\/? failed with status/i,
        reason: "it does not answer as a registry",
        wayOut: "check the address: host and port of the registry, not of its web page",
    },
];

/** Reads the engine's or the docker program's words. */
export function readTrouble(words: string): Trouble {
    const found = troubles.find((trouble) => trouble.words.test(words));
    return found ?? { kind: "other", reason: "it refused", wayOut: "its own words tell more; mend it, then try again" };
}

/** The error for words about a registry: what it was about, the reason, the words themselves, the way out. */
export function registryError(about: string, words: string, errorCode: DeploymentErrorCode = "push_failed"): AppError {
    const { kind, reason, wayOut } = readTrouble(words);
    const code = kind === "unreachable" ? "unavailable" : "invalid";
    const quoted = shorten(words);
    return new AppError(code, `${about}: ${reason}${quoted === "" ? "" : ` (${quoted})`}; ${wayOut}`, {
        details: { errorCode, trouble: kind },
    });
}

/** The words that count: the last line, without what docker puts before it. */
function shorten(words: string): string {
    const line = words.trim().split("\n").at(-1) ?? "";
    const plain = line.replace(/^(\(HTTP code \d+\) .*? - |ERROR: |Error response from daemon: |error: )+/i, "").trim();
    return plain.length > 400 ? `${plain.slice(0, 400)} …` : plain;
}
