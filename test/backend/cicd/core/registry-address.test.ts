import { describe, expect, it } from "vitest";
import {
    readRegistryAddress,
    storedAddress,
    whyRegistryHostRefused,
    writeRegistryAddress,
} from "../../../../backend/cicd/core/registry-address.ts";
import { matching } from "../../../support/containing.ts";

describe("a registry's address", () => {
    it.each([
        ["ghcr.io/acme", "ghcr.io", "acme"],
        ["https://ghcr.io/Acme/", "ghcr.io", "acme"],
        ["registry.example:5000", "registry.example:5000", ""],
        ["localhost/team/apps", "localhost", "team/apps"],
        ["127.0.0.1:5000", "127.0.0.1:5000", ""],
        ["docker.io/acme", "docker.io", "acme"],
        ["https://registry-1.docker.io/acme", "docker.io", "acme"],
        ["registry.example/v2/", "registry.example", ""],
    ])("%s is read", (text, host, prefix) => {
        const address = { host, prefix };

        expect(readRegistryAddress(text)).toEqual(address);
        expect(storedAddress(writeRegistryAddress(address))).toEqual(address);
    });

    it.each([
        ["registry/team", /for a name on Docker Hub/],
        ["docker.io", /need a namespace/],
        ["http://registry.example", /without a scheme/],
        ["user:pass@registry.example", /no registry's address/],
        ["registry.example/a b", /no registry's address/],
        ["registry.example/../x", /no registry's address/],
        ["registry.example/app:1", /no registry's address/],
        ["-registry.example/app", /no registry's address/],
        ["registry.example?x=1", /no registry's address/],
    ])("%s is refused", (text, reason) => {
        expect(readRegistryAddress(text)).toEqual({ refused: matching(reason) });
    });

    it.each([
        ["registry.example", false, undefined],
        ["10.0.0.7:5000", true, undefined],
        ["127.0.0.1:5000", true, undefined],
        ["10.0.0.7:5000", false, /a private address; allow it/],
        ["0x7f000001:5000", false, /a loopback address/],
        ["169.254.169.254", true, /link-local, metadata/],
    ])("%s is reached only where it may be (private allowed: %s)", (host, allowed, reason) => {
        const refused = whyRegistryHostRefused(host, allowed);

        expect(refused).toEqual(reason === undefined ? undefined : matching(reason));
    });
});
