import { z } from "zod";

/** What socket.io-client throws: the reason lies one or two objects deeper. */
const Failure = z.object({
    message: z.string().catch(""),
    description: z
        .object({
            message: z.string().catch(""),
            error: z.object({ code: z.string().catch("") }).catch({ code: "" }),
        })
        .catch({ message: "", error: { code: "" } }),
});

const byCode: Readonly<Record<string, string>> = {
    ECONNREFUSED: "nothing listens there; check address and port, and whether the server runs",
    ENOTFOUND: "its name is unknown; check the address",
    EAI_AGAIN: "its name cannot be looked up now; check the address and this machine's DNS",
    ETIMEDOUT: "it does not answer; check address, port and firewalls",
    EHOSTUNREACH: "it cannot be reached from this machine; check address and network",
    ENETUNREACH: "it cannot be reached from this machine; check address and network",
    ECONNRESET: "it ended the connection at once; check whether it speaks http or https",
    EPROTO: "it does not speak https; use http://",
    ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak https; use http://",
    ERR_SSL_PACKET_LENGTH_TOO_LONG: "it does not speak https; use http://",
    CERT_HAS_EXPIRED: "its certificate has expired; renew it",
    ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name; use the name that stands in it",
};

const untrusted =
    "its certificate is not trusted here; use one of a known authority, " +
    "or name your own authority's file in NODE_EXTRA_CA_CERTS of this server";

/** Why no connection could be made, with the way out: a sentence's end. */
export function explainFailure(error: unknown): string {
    const { message, description } = Failure.catch({
        message: "",
        description: { message: "", error: { code: "" } },
    }).parse(error);
    const { code } = description.error;
    const known = byCode[code];
    if (known !== undefined) {
        return known;
    }
    if (/CERT|SIGNATURE|ISSUER/.test(code)) {
        return untrusted;
    }
    const answered = /Unexpected server response: (\d{3})/.exec(description.message)?.[1];
    if (answered !== undefined) {
        return explainAnswer(Number(answered));
    }
    if (message === "timeout") {
        return "it does not answer; check address, port and firewalls";
    }
    if (/socket hang up/.test(description.message)) {
        return "it ended the connection at once; check whether it speaks http or https";
    }
    return "it cannot be connected; check address and port, and whether a Dockge server runs there";
}

function explainAnswer(status: number): string {
    if (status >= 300 && status < 400) {
        return "it redirects to another address, which is not followed; use that address itself";
    }
    if (status === 401 || status === 403) {
        return "it or a proxy in front of it refuses the connection; connect to the server itself";
    }
    return `no Dockge server answers there (HTTP ${status}), or a proxy in front of it lets no WebSockets through`;
}

/** Why a connection is over. */
export function explainEnd(reason: string): string {
    if (reason === "io server disconnect") {
        return "it ended the connection";
    }
    return reason === "ping timeout" ? "it does not answer any more" : "the connection was lost";
}
