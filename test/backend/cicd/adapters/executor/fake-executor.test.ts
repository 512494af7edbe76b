import { describeExecutor } from "../../../../support/executor-contract.ts";
import { createFakeExecutor } from "../../../../support/fake-executor.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

describeExecutor("the executor in memory", async () => {
    const executor = createFakeExecutor();
    return {
        image: "any:1",
        workspace: await temporaryDirectory(),
        open: () => executor,
        arrange: (name, plan) => executor.arrange(name, plan),
        close: async () => undefined,
    };
});
