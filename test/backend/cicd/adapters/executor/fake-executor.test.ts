import { describeExecutor } from "../../../../support/executor-contract.ts";
import { createFakeExecutor } from "../../../../support/fake-executor.ts";

describeExecutor("the executor in memory", async () => {
    const executor = createFakeExecutor();
    return {
        image: "any:1",
        workspace: "/nowhere",
        open: () => executor,
        arrange: (name, plan) => executor.arrange(name, plan),
        close: async () => undefined,
    };
});
