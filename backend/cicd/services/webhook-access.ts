import type { WebhookAccess } from "../../../common/schema/webhook-access.ts";
import { viewRepository, type RepositoryRecord } from "../core/git-repository.ts";
import type { RegistryWebhooks } from "../core/registry-push.ts";

/** The addresses and the secret of a repository's hooks. */
export function webhookAccess(
    { registries, baseUrl }: { readonly registries: Pick<RegistryWebhooks, "token">; readonly baseUrl: string },
    repository: RepositoryRecord,
): WebhookAccess {
    const { id, webhookSecret } = repository;
    const token = registries.token({ id, secret: webhookSecret });
    return {
        webhookUrl: viewRepository(repository, baseUrl).webhookUrl,
        webhookSecret,
        registryUrl: `${baseUrl}/api/webhooks/registry/${id}?token=${token}`,
    };
}
