import { expect, it } from "vitest";
import { isOwnOrigin } from "../../../../backend/host/core/origin.ts";

const host = "nas.local:5001";

it.each([
    ["a program without Origin", { origin: undefined }, undefined, false, true],
    ["the server's own page", { origin: "http://nas.local:5001" }, undefined, false, true],
    ["the own page in other letters", { origin: "http://NAS.local:5001" }, undefined, false, true],
    ["the own page over TLS of a proxy", { origin: "https://nas.local:5001" }, undefined, false, true],
    ["another port", { origin: "http://nas.local:8080" }, undefined, false, false],
    ["another host", { origin: "https://evil.example" }, undefined, false, false],
    ["an opaque origin", { origin: "null" }, undefined, false, false],
    ["the public address", { origin: "https://dockge.example" }, "https://dockge.example/x", false, true],
    ["the forwarded host", { origin: "https://d.example", forwardedHost: "d.example" }, undefined, true, true],
    [
        "a forwarded host of nobody's proxy",
        { origin: "https://d.example", forwardedHost: "d.example" },
        undefined,
        false,
        false,
    ],
])("%s", (_case, headers, baseUrl, trustProxy, expected) => {
    expect(isOwnOrigin({ host, forwardedHost: undefined, ...headers }, baseUrl, trustProxy)).toBe(expected);
});
