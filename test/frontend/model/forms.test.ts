import { describe, expect, it } from "vitest";
import { BuildConfigInput } from "../../../common/schema/build-config.ts";
import { inputOf, toForm, toInput } from "../../../frontend/src/model/build-form.ts";
import { readCompose, publishedPort } from "../../../frontend/src/model/compose-services.ts";
import { fieldErrors } from "../../../frontend/src/model/field-errors.ts";
import { commitLink, guessProvider, suggestStackName } from "../../../frontend/src/model/git-address.ts";
import { emptyRepositoryForm, repositoryForm, repositoryInput } from "../../../frontend/src/model/repository-form.ts";
import { buildConfig, composeYaml, repository } from "../support/page-fixtures.ts";

describe("the build form", () => {
    it("sends back what it was given, a stored secret without its value", () => {
        const input = BuildConfigInput.parse(toInput(toForm(buildConfig), inputOf(buildConfig)));

        expect(input).toMatchObject({ composePath: "deploy/compose.yaml", healthCheckPath: "/health", timeout: 600 });
        expect(input.environmentVariables).toEqual([
            { name: "LOG_LEVEL", value: "info", secret: false },
            { name: "DATABASE_PASSWORD", secret: true },
        ]);
    });

    it("sends a stored secret whose row was removed as null, because one left out would be kept", () => {
        const base = BuildConfigInput.parse({ environmentVariables: [{ name: "KEY", secret: true }] });

        const input = toInput({ ...toForm(base), variables: [] }, base);

        expect(input.environmentVariables).toEqual([{ name: "KEY", value: null, secret: true }]);
    });

    it("keeps stored secrets when a configuration is sent back as it is", () => {
        expect(inputOf(buildConfig).environmentVariables).toEqual([
            { name: "LOG_LEVEL", value: "info", secret: false },
            { name: "DATABASE_PASSWORD", secret: true },
        ]);
    });

    it("keeps the fields that it does not show", () => {
        const base = { ...inputOf(buildConfig), schedule: "0 4 * * *", autoDeployTags: ["v.*"] };

        expect(toInput(toForm(base), base)).toMatchObject({ schedule: "0 4 * * *", autoDeployTags: ["v.*"] });
    });

    it("replaces a stored secret that is typed anew, and drops nameless rows", () => {
        const form = toForm(buildConfig);
        form.variables = [
            { name: "DATABASE_PASSWORD", value: "new", secret: true, stored: true },
            { name: "", value: "x", secret: false, stored: false },
        ];

        expect(toInput(form, inputOf(buildConfig)).environmentVariables).toEqual([
            { name: "DATABASE_PASSWORD", value: "new", secret: true },
        ]);
    });

    it("says which field is wrong and why", () => {
        const errors = fieldErrors(BuildConfigInput, { composePath: "../x", healthCheckPath: "health", timeout: 1 });

        expect(Object.keys(errors).sort()).toEqual(["composePath", "healthCheckPath", "timeout"]);
        expect(errors["healthCheckPath"]).toBe("Start with '/', no spaces");
    });
});

describe("the connect form", () => {
    it("keeps a stored token that is not typed anew", () => {
        const form = repositoryForm(repository, "");

        expect(repositoryInput(form, repository).credentials).toBeUndefined();
        expect(repositoryInput({ ...form, token: "t" }, repository).credentials).toEqual({ token: "t" });
        expect(repositoryInput({ ...form, authType: "none" }, repository).credentials).toBeNull();
    });

    it("keeps the settings that it does not show", () => {
        const stored = { ...repository, paths: ["web/**"], pollIntervalSeconds: 60 };

        expect(repositoryInput(repositoryForm(stored, ""), stored)).toMatchObject({
            paths: ["web/**"],
            pollIntervalSeconds: 60,
        });
    });

    it("sends no other settings for a new one", () => {
        expect(repositoryInput({ ...emptyRepositoryForm(), url: " https://h/o/r " })).toMatchObject({
            url: "https://h/o/r",
            authType: "none",
        });
    });
});

describe("addresses", () => {
    it.each([
        ["https://github.com/o/r.git", "github", "r"],
        ["git@gitlab.example.org:group/My App.git", "gitlab", "my-app"],
        ["https://codeberg.org/o/r/", "gitea", "r"],
        ["https://user@bitbucket.org/o/r", "bitbucket", "r"],
        ["http://git.lan/github/r", "generic", "r"],
        ["", "generic", ""],
    ])("%s is of %s and suggests the name '%s'", (url, provider, name) => {
        expect(guessProvider(url)).toBe(provider);
        expect(suggestStackName(url)).toBe(name);
    });

    it("links a commit only where the provider has a page", () => {
        expect(commitLink("https://gitlab.com/g/r.git", "gitlab", "abc")).toBe("https://gitlab.com/g/r/-/commit/abc");
        expect(commitLink("git@gitlab.com:g/r.git", "gitlab", "abc")).toBeUndefined();
        expect(commitLink("https://h/g/r", "generic", "abc")).toBeUndefined();
        expect(commitLink("javascript:alert(1)", "github", "abc")).toBeUndefined();
    });
});

describe("readCompose", () => {
    it("lists services with image, build and ports", () => {
        expect(readCompose(composeYaml).services).toEqual([
            { name: "web", image: undefined, built: true, ports: ["8080:80"] },
            { name: "db", image: "postgres:16", built: false, ports: [] },
        ]);
    });

    it("names the line of a mistake", () => {
        expect(readCompose("services:\n  web:\n   - a\n  b: [").error?.line).toBe(4);
    });

    it.each(["", "services:", "services: [a]", "services: { web: }", "- x"])("bears %j", (text) => {
        expect(readCompose(text).error).toBeUndefined();
    });

    it.each([
        ["8080:80", 8080],
        ["127.0.0.1:9000:90/tcp", 9000],
        ["80", undefined],
        ["8000-8010:80", undefined],
    ])("the port of %s is %s", (entry, port) => {
        expect(publishedPort(entry)).toBe(port);
    });
});
