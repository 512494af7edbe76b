import type { DockerClient } from "../platform/docker/client.ts";
import type { ApiTokenStore } from "./core/api-token.ts";
import type { AgentStore } from "./core/agent.ts";
import type { Log } from "./core/log.ts";
import type { LoginSessionStore } from "./core/login-session.ts";
import type { SecretBox } from "./core/secret-box.ts";
import type { SettingStore } from "./core/setting.ts";
import type { RecoveryCodeStore } from "./core/two-factor.ts";
import type { UserStore } from "./core/user.ts";
import type { TlsFiles } from "./http/listener.ts";

export interface HostOptions {
    readonly config: HostConfig;
    readonly users: UserStore;
    readonly settings: SettingStore;
    readonly apiTokens: ApiTokenStore;
    readonly agentStore: AgentStore;
    readonly loginSessions: LoginSessionStore;
    readonly recoveryCodes: RecoveryCodeStore;
    /** For secrets in Dockge's own tables. */
    readonly secrets: SecretBox;
    readonly docker: DockerClient;
    readonly log: Log;
    readonly productVersion: string;
    /** Where `npm run build` puts the page. */
    readonly pageDirectory: string;
    /** Why no compose command may be run for a stack from here; undefined where it may. */
    readonly findTrouble?: ((stack: string) => Promise<string | undefined>) | undefined;
}

/** What of the configuration the host needs. Paths are absolute. */
export interface HostConfig {
    readonly port: number;
    readonly hostname: string | undefined;
    readonly stacksDirectory: string;
    readonly tls: TlsFiles | undefined;
    /** Whether admins may open a shell on this machine. */
    readonly enableConsole: boolean;
    readonly isContainer: boolean;
    readonly admin: { readonly username: string; readonly password: string } | undefined;
    readonly baseUrl: string | undefined;
    readonly dockerEnvironment: Readonly<Record<string, string>>;
}
