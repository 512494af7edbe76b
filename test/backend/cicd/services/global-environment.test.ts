import { describe, expect, it } from "vitest";
import { globalVariables } from "../../../../backend/cicd/services/global-environment.ts";

const read = (text: string | undefined, own?: string) => globalVariables({ globalEnvironment: async () => text }, own);

describe("the variables of global.env", () => {
    it("are none where there is no such file, or nobody reads it", async () => {
        expect(await read(undefined)).toEqual({});
        expect(await globalVariables({}, "A=b\n")).toEqual({});
    });

    it("count where the stack's own .env does not set them", async () => {
        expect(await read("A=1\nB='two words' # a remark\nC=${A}-3\n", "B=\n")).toEqual({ A: "1", C: "1-3" });
    });

    it.each(["DOCKER_HOST", "COMPOSE_FILE", "COMPOSE_PROJECT_NAME", "PATH", "LD_PRELOAD", "GIT_SSH_COMMAND"])(
        "never lead programs elsewhere by %s",
        async (name) => {
            expect(await read(`${name}=elsewhere\nA=1\n`)).toEqual({ A: "1" });
        },
    );
});
