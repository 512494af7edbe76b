import type { App } from "vue";
import { createServers } from "./composables/create-servers.ts";
import { createTokenStore } from "./composables/token-store.ts";
import { agentsKey, createAgents } from "./composables/useAgents.ts";
import { confirmKey, createConfirm } from "./composables/useConfirm.ts";
import { createLocale, localeKey } from "./composables/useLocale.ts";
import { createNow, nowKey } from "./composables/useNow.ts";
import { serversKey } from "./composables/useServer.ts";
import { createSession, sessionKey } from "./composables/useSession.ts";
import { socketKey } from "./composables/useSocket.ts";
import { allStacksKey, createAllStacks, stacksKey } from "./composables/useStacks.ts";
import { createTheme, themeKey } from "./composables/useTheme.ts";
import { createToasts, toastsKey } from "./composables/useToasts.ts";
import { createSocketClient } from "./socket/client.ts";
import type { Transport } from "./socket/transport.ts";

/** Makes what all components share, once per app. Resolves when the page's texts are there. */
export function provideApp(app: App, transport: Transport): Promise<void> {
    return app.runWithContext(() => {
        const client = createSocketClient(transport);
        const tokens = createTokenStore(localStorage, sessionStorage);
        const locale = createLocale(document.documentElement);
        const session = createSession(client, tokens, () => location.reload());
        const agents = createAgents(client, session);
        const stacks = createAllStacks(client, session, agents);

        app.provide(socketKey, client)
            .provide(sessionKey, session)
            .provide(agentsKey, agents)
            .provide(allStacksKey, stacks)
            .provide(stacksKey, stacks.at(""))
            .provide(serversKey, createServers({ client, session, agents, stacks }))
            .provide(toastsKey, createToasts())
            .provide(confirmKey, createConfirm())
            .provide(themeKey, createTheme(document.body))
            .provide(localeKey, locale)
            .provide(nowKey, createNow());
        return locale.ready;
    });
}
