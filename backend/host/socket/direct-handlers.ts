import type { DirectAnswers, directEvents } from "../../../common/socket/host-events.ts";
import type { DockerRuns } from "../core/docker-run.ts";
import type { GlobalEnvironment } from "../core/global-environment.ts";
import type { SettingStore } from "../core/setting.ts";
import type { Agents } from "../services/agents/agents.ts";
import { listGeneralSettings, saveGeneralSettings } from "../services/general-settings.ts";
import { checkPassword } from "../services/log-in.ts";
import { accountHandlers, type AccountPorts } from "./account-handlers.ts";
import { agentListHandlers } from "./agent-list-handlers.ts";
import { usernameOf, type DirectContext } from "./context.ts";
import type { EventHandlers } from "./event-table.ts";
import { loginHandlers, type LoginHandlerPorts } from "./login-handlers.ts";

export interface DirectPorts extends LoginHandlerPorts, AccountPorts {
    readonly settings: SettingStore;
    readonly globalEnvironment: GlobalEnvironment;
    readonly dockerRuns: DockerRuns;
    readonly agents: Agents;
    /** Settings have changed: read them again, and tell everybody. */
    readonly onSettings: () => Promise<void>;
    /** Logs everybody in where nobody has to log in, and disconnects those whom that setting had logged in. */
    readonly followDisableAuth: () => void;
}

/** Dockge's direct events: setting up, logging in, settings. */
export function directHandlers(ports: DirectPorts): EventHandlers<typeof directEvents, DirectContext, DirectAnswers> {
    return {
        ...loginHandlers(ports),
        ...accountHandlers(ports),
        ...agentListHandlers(ports.agents),
        getSettings: async () => ({ data: await listGeneralSettings(ports) }),
        async setSettings([values, password], context) {
            const who = { username: usernameOf(context), address: context.session.address, password: password ?? "" };
            await saveGeneralSettings(ports, values, () => checkPassword(ports, who));
            await ports.onSettings();
            context.afterAnswer(ports.followDisableAuth);
            return { msg: "Saved" };
        },
        composerize: async ([command]) => ({ composeTemplate: await ports.dockerRuns.toCompose(command) }),
    };
}
