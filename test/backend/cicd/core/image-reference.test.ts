import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
    isSameTag,
    readDigest,
    readImageReference,
    writeImageReference,
} from "../../../../backend/cicd/core/image-reference.ts";

const digest = `sha256:${"a".repeat(64)}`;

describe("the name of an image", () => {
    it.each([
        ["nginx", "docker.io", "library/nginx", "latest"],
        ["nginx:1.27", "docker.io", "library/nginx", "1.27"],
        ["me/app", "docker.io", "me/app", "latest"],
        ["docker.io/nginx", "docker.io", "library/nginx", "latest"],
        ["index.docker.io/me/app:2", "docker.io", "me/app", "2"],
        ["registry-1.docker.io/library/nginx", "docker.io", "library/nginx", "latest"],
        ["ghcr.io/o/app:v1", "ghcr.io", "o/app", "v1"],
        ["GHCR.io/o/app", "ghcr.io", "o/app", "latest"],
        ["localhost/app", "localhost", "app", "latest"],
        ["localhost:5000/app:1", "localhost:5000", "app", "1"],
        ["127.0.0.1:5000/a/b/c:1", "127.0.0.1:5000", "a/b/c", "1"],
        ["[::1]:5000/app", "[::1]:5000", "app", "latest"],
    ])("%s is completed", (text, host, repository, tag) => {
        expect(readImageReference(text)).toEqual({ host, repository, tag, digest: undefined });
    });

    it("with a digest means that, whatever its tag", () => {
        expect(readImageReference(`nginx@${digest}`)).toMatchObject({ tag: undefined, digest });
        expect(readImageReference(`nginx:1@${digest}`)).toMatchObject({ tag: "1", digest });
    });

    it.each([
        "",
        ":1",
        "/app",
        "app/",
        "a//b",
        "Me/app",
        "app:",
        "app:-1",
        "app: 1",
        "app@",
        "app@sha256:12",
        `app@${digest}@${digest}`,
        "-app",
        "../app",
        "ghcr.io/",
        "$(x)",
        "a b",
        "app:1;rm",
        `app:${"1".repeat(129)}`,
        "a".repeat(600),
    ])("is not %j", (text) => {
        expect(readImageReference(text)).toBeUndefined();
    });

    it.each([
        ["nginx", "docker.io/library/nginx:latest", true],
        ["ghcr.io/o/app:1", "GHCR.IO/o/app:1", true],
        ["nginx:1", "nginx:2", false],
        ["ghcr.io/o/app", "o/app", false],
        [`nginx@${digest}`, "nginx", false],
        [`nginx:1@${digest}`, "nginx:1", false],
    ])("%s and %s are the same: %s", (one, other, same) => {
        const [a, b] = [readImageReference(one), readImageReference(other)];
        expect(a !== undefined && b !== undefined && isSameTag(a, b)).toBe(same);
    });

    it("is written as Docker takes it, and read back the same", () => {
        fc.assert(
            fc.property(fc.string({ unit: fc.constantFrom(..."ab1.:/@-_Z".split("")), maxLength: 30 }), (text) => {
                const read = readImageReference(text);
                if (read !== undefined) {
                    expect(readImageReference(writeImageReference(read))).toEqual(read);
                }
            }),
            { numRuns: 2000 },
        );
        expect(writeImageReference({ host: "docker.io", repository: "library/a", tag: "1", digest: undefined })).toBe(
            "a:1",
        );
    });

    it("has a digest of 64 hexadecimal digits or none", () => {
        expect(readDigest(digest)).toBe(digest);
        expect(readDigest("sha256:6c62fb45fe66bfb1ea9a66abc38f6a0cc974292b")).toBeUndefined();
        expect(readDigest(undefined)).toBeUndefined();
    });
});
