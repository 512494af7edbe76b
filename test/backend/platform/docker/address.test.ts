import { describe, expect, it } from "vitest";
import { clientOptions } from "../../../../backend/platform/docker/address.ts";

describe("the engine's address", () => {
    it.each([
        [undefined, { socketPath: "/var/run/docker.sock", host: undefined }],
        ["", { socketPath: "/var/run/docker.sock", host: undefined }],
        ["unix://", { socketPath: "/var/run/docker.sock", host: undefined }],
        ["unix:///run/user/1/docker.sock", { socketPath: "/run/user/1/docker.sock", host: undefined }],
        ["tcp://10.0.0.1:2375", { host: "10.0.0.1", port: "2375", protocol: "http", socketPath: undefined }],
        ["tcp://10.0.0.1:2376", { host: "10.0.0.1", port: "2376", protocol: "https" }],
        ["10.0.0.1", { host: "10.0.0.1", port: "2375", protocol: "http" }],
    ])("%s is understood", (host, options) => {
        expect(clientOptions({ host })).toMatchObject(options);
    });

    it("is spoken to over TLS where that is demanded", () => {
        expect(clientOptions({ host: "tcp://h:1234", tlsVerify: true })).toMatchObject({ protocol: "https" });
    });

    it.each(["ftp://h", "tcp://", "http://[broken"])("%s is refused, naming the variable", (host) => {
        expect(() => clientOptions({ host })).toThrow(/DOCKER_HOST/);
    });
});
