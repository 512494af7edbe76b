import { describe, expect, it } from "vitest";
import { createMaskers } from "../../../../backend/cicd/services/maskers.ts";

describe("maskers", () => {
    it("hide the secrets that they were asked for, and are made once", () => {
        const maskers = createMaskers();

        expect(maskers(["hunter2000"]).mask("a hunter2000 b other-secret")).toBe("a *** b other-secret");
        expect(maskers(["other-secret"]).mask("a hunter2000 b other-secret")).toBe("a hunter2000 b ***");
        expect(maskers(["hunter2000"])).toBe(maskers(["hunter2000"]));
    });
});
