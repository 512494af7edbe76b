import { describe, expect, it } from "vitest";
import { readTrouble, registryError } from "../../../../backend/cicd/core/registry-trouble.ts";

describe("the words of engines and registries", () => {
    it.each([
        ['Get "https://r:5000/v2/": dial tcp 10.0.0.7:5000: connect: connection refused', "unreachable"],
        ['Get "https://r/v2/": dial tcp: lookup r: no such host', "unreachable"],
        ['Get "https://r/v2/": net/http: TLS handshake timeout', "unreachable"],
        ["received unexpected HTTP status: 503 Service Unavailable", "unreachable"],
        ['Get "https://r/v2/": http: server gave HTTP response to HTTPS client', "plain_http"],
        ['Get "https://r/v2/": tls: failed to verify certificate: x509: unknown authority', "untrusted"],
        ["unauthorized: incorrect username or password", "unauthorized"],
        ["login attempt to https://r/v2/ failed with status: 401 Unauthorized", "unauthorized"],
        ["unauthorized: HTTP Basic: Access denied. The provided password or token is incorrect", "unauthorized"],
        ["no basic auth credentials", "unauthorized"],
        ["denied: requested access to the resource is denied", "denied"],
        ["denied: permission_denied: write_package", "denied"],
        ["insufficient_scope: authorization failed", "denied"],
        ["write /var/lib/registry/x: no space left on device", "no_space"],
        ["denied: adding 10 MiB of storage would exceed the configured upper limit quota: quota exceeded", "no_space"],
        ["login attempt to https://r/v2/ failed with status: 404 Not Found", "no_registry"],
        ["error parsing HTTP 404 response body: invalid character '<' looking for beginning of value", "no_registry"],
        ["received unexpected HTTP status: 500 Internal Server Error", "other"],
    ])("%s: %s", (words, kind) => {
        expect(readTrouble(words).kind).toBe(kind);
    });

    it("stand there without what the client puts before them", () => {
        const words = "(HTTP code 500) server error - dial tcp: connection refused";

        expect(registryError("registry r", words)).toMatchObject({
            code: "unavailable",
            message:
                "registry r: it cannot be reached (dial tcp: connection refused); start it or mend the network, then try again",
        });
    });

    it("stand in the error, with the way out, without what the docker program puts before them", () => {
        const words = "warning: nothing\nError response from daemon: unauthorized: authentication required";

        const error = registryError("push of r/app:1", words);

        expect(error).toMatchObject({ code: "invalid", details: { errorCode: "push_failed" } });
        expect(error.message).toMatch(
            /^push of r\/app:1: it refuses .* \(unauthorized: authentication required\); check both/,
        );
    });
});
