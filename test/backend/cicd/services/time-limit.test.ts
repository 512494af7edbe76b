import { describe, expect, it } from "vitest";
import { DeploymentFailure } from "../../../../backend/cicd/core/failure.ts";
import { withTimeLimit } from "../../../../backend/cicd/services/time-limit.ts";

const never = new AbortController().signal;

function whenAborted(signal: AbortSignal): Promise<never> {
    return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("killed by SIGTERM")), { once: true });
    });
}

describe("a time limit", () => {
    it("leaves what is done in time alone", async () => {
        expect(await withTimeLimit(never, 10, async () => "done")).toBe("done");
        await expect(withTimeLimit(never, 10, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    });

    it("ends what takes longer, and says so whatever that says", async () => {
        await expect(withTimeLimit(never, 0.01, whenAborted)).rejects.toMatchObject({ errorCode: "timeout" });
    });

    it("passes on why it was ended from outside", async () => {
        const asked = new AbortController();
        const working = withTimeLimit(asked.signal, 10, whenAborted);
        const reason = new DeploymentFailure("cancelled", "Cancelled by anna.");

        asked.abort(reason);

        await expect(working).rejects.toBe(reason);
    });

    it("hands an aborted signal on", async () => {
        const asked = AbortSignal.abort(new DeploymentFailure("interrupted", ""));

        const working = withTimeLimit(asked, 10, async (signal) => signal.throwIfAborted());

        await expect(working).rejects.toMatchObject({ errorCode: "interrupted" });
    });
});
