import { expect, it } from "vitest";
import { explainEnd, explainFailure } from "../../../../../backend/host/adapters/agent/explain-failure.ts";

const transport = (code: string, message = "") => ({
    message: "websocket error",
    description: { message, error: { code } },
});

it.each([
    [transport("ENOTFOUND"), "its name is unknown"],
    [transport("DEPTH_ZERO_SELF_SIGNED_CERT"), "NODE_EXTRA_CA_CERTS"],
    [transport("UNABLE_TO_VERIFY_LEAF_SIGNATURE"), "NODE_EXTRA_CA_CERTS"],
    [transport("CERT_HAS_EXPIRED"), "has expired"],
    [transport("ERR_TLS_CERT_ALTNAME_INVALID"), "for another name"],
    [transport("", "Unexpected server response: 403"), "refuses the connection"],
    [transport("", "Unexpected server response: 502"), "HTTP 502"],
    [transport("", "socket hang up"), "http or https"],
    [new Error("timeout"), "it does not answer"],
    [new Error("Invalid namespace"), "cannot be connected"],
    [undefined, "cannot be connected"],
])("%j is told in words", (error, words) => {
    expect(explainFailure(error)).toContain(words);
});

it.each([
    ["io server disconnect", "it ended the connection"],
    ["ping timeout", "it does not answer any more"],
    ["transport close", "the connection was lost"],
])("an end by %s is told in words", (reason, words) => {
    expect(explainEnd(reason)).toBe(words);
});
