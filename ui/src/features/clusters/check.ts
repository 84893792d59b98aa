import { asIpcError, type ContextReport } from "@/ipc";
import { sentence } from "@/shared/format";

/** What a context answered when it was asked, in words; nothing while it was not. Pure. */
export function checkWords(
  report: ContextReport | undefined,
  error: unknown,
): { text: string; isFailure: boolean } {
  if (error) return { text: sentence(asIpcError(error).message), isFailure: true };
  if (report?.error) return { text: sentence(report.error.message), isFailure: true };
  return { text: report ? `Answers, ${report.version ?? "version unknown"}` : "", isFailure: false };
}
