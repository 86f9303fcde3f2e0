#include "script/requests.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace rdvc::script {

namespace {

using Words = std::vector<std::string_view>;

bool has(const Words& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

const Words common_variables = {"nonce", "rdvc_dir", "prepare", "poll", "open"};
const Words common_answers = {"hello", "alive",    "pending", "outcome",
                              "need",  "has-text", "refused", "bye"};

} // namespace

const std::vector<Request>& requests() {
    static const std::vector<Request> all = {
        {.name = "cancel",
         .words = {},
         .lists = {"tokens"},
         .data = {},
         .answers = {"cancelled", "err"},
         .last_words = {"end"}},
        {.name = "clean",
         .words = {"action", "project", "older"},
         .lists = {"removals"},
         .data = {},
         .answers = {"dir", "time", "cluster", "squeue", "live", "use", "tree", "file", "workspace",
                     "named", "scripts", "mirror", "refs", "ref", "size", "removed", "kept",
                     "failed"},
         .last_words = {"end"}},
        {.name = "doctor",
         .words = {"cache", "deep", "token", "job_script"},
         .lists = {},
         .data = {},
         .answers = {"time", "program", "may", "folder", "quota", "answers", "silent", "damaged",
                     "missing", "job", "node", "limits"},
         .last_words = {"end"}},
        {.name = "estimate",
         .words = {},
         .lists = {"options", "unset_variables", "partitions"},
         .data = {},
         .answers = {"estimate"},
         .last_words = {"end"}},
        {.name = "folder",
         .words = {"folder"},
         .lists = {},
         .data = {},
         .answers = {"there"},
         .last_words = {"end"}},
        {.name = "garbage",
         .words = {"action", "older", "list_size", "cache", "cache_group"},
         .lists = {},
         .data = {"list (list_size)"},
         .answers = {"cache", "outside", "all", "unreadable", "object", "entry", "squeue", "begun",
                     "removed", "failed"},
         .last_words = {"end"}},
        {.name = "limits",
         .words = {},
         .lists = {},
         .data = {},
         .answers = {"limits"},
         .last_words = {"end"}},
        {.name = "logs",
         .words = {"token", "task", "file", "follow", "offset", "tail"},
         .lists = {},
         .data = {},
         .answers = {"offset", "data", "earlier"},
         .last_words = {"end", "absent"}},
        {.name = "include",
         .words = {"path"},
         .lists = {},
         .data = {},
         .answers = {"data"},
         .last_words = {"end", "absent"}},
        {.name = "objects",
         .words = {"action", "laptop", "batch", "list_size", "cache", "cache_group"},
         .lists = {},
         .data = {"list (list_size)", "tar stream or the rest of an object"},
         .answers = {"cache", "free", "partial", "size", "lacks", "damaged", "full", "data"},
         .last_words = {"end"}},
        {.name = "output",
         .words = {"token", "task", "folder", "action"},
         .lists = {},
         .data = {},
         .answers = {"files", "data"},
         .last_words = {"end", "absent"}},
        {.name = "probe",
         .words = {"mirror"},
         .lists = {},
         .data = {},
         .answers = {"bash", "git", "sbatch", "dir", "mirror", "limits"},
         .last_words = {"end"}},
        {.name = "recover",
         .words = {"token", "task", "action", "project_dir", "bring_script", "patience", "cache",
                   "cache_group"},
         .lists = {},
         .data = {},
         .answers = {"name",   "kind",       "ref",   "phase", "live",  "kept",    "bare",
                     "away",   "sent",       "late",  "said",  "put",   "missing", "unreadable",
                     "failed", "experiment", "files", "place", "rsync", "result"},
         .last_words = {"end", "absent", "silent"},
         .of_job = {"job/3-run/command.sh", "job/4-publish/publish.sh"}},
        {.name = "retry",
         .again = Again::settled_by_claim,
         .words = {"token", "functions", "functions_size", "warning"},
         .lists = {"options", "unset_variables", "mirrors", "tips", "wanted"},
         .data = {"functions (functions_size)"},
         .answers = {"attempt", "lacks", "unset", "err"},
         .last_words = {"submitted", "unknown", "kept", "absent", "lacking"}},
        {.name = "session",
         .words = {"action", "token", "task", "hold", "on_login", "terminal", "quiet",
                   "session_script", "signal", "group"},
         .lists = {"words"},
         .data = {},
         .answers = {"log", "failed"},
         .last_words = {"ready", "end", "absent", "ended", "waits", "gone"}},
        {.name = "status",
         .words = {"mirror", "only", "limit", "ended", "table", "extra"},
         .lists = {"known", "plots_of"},
         .data = {},
         .answers = {"dir", "time", "rsync", "squeue", "queue_time", "accounting", "submission",
                     "file", "row", "unsure", "job", "described", "line", "log", "mark", "start",
                     "ran", "data"},
         .last_words = {"end"}},
        {.name = "submit",
         .again = Again::settled_by_claim,
         .words = {"token",      "attempt",     "experiment_ref",   "named_by_values",
                   "force",      "everything",  "on_login",         "with_job",
                   "notes",      "data_size",   "script_size",      "tasks",
                   "tasks_size", "environment", "environment_size", "tags",
                   "tags_size",  "functions",   "functions_length", "functions_size",
                   "cache",      "cache_group"},
         .lists = {"tag_objects", "unset_variables", "mirrors", "tips", "pack_sizes", "haves",
                   "boundaries"},
         .data = {"objects (data_size)", "script (script_size)", "tasks (tasks_size)",
                  "environment (environment_size)", "tags (tags_size)",
                  "functions (functions_size)", "packs (pack_sizes)"},
         .answers = {"received", "log", "unset", "err"},
         .last_words = {"submitted", "unknown", "built", "lacking", "resend"}},
        {.name = "uninstall",
         .words = {"action", "cache"},
         .lists = {"mirrors", "parts"},
         .data = {},
         .answers = {"dir", "link", "cache", "entry", "shared", "size", "kept", "removed", "failed",
                     "begun", "empty", "rest"},
         .last_words = {"end"}},
        {.name = "wait",
         .words = {"any"},
         .lists = {"tokens"},
         .data = {},
         .answers = {"phase", "result", "progress", "ended"},
         .last_words = {"end", "absent", "gone"}},
    };
    return all;
}

const Request& find_request(std::string_view name) {
    const auto& all = requests();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Request& one) { return one.name == name; });
    assert(found != all.end());
    return *found;
}

bool takes_variable(const Request& request, std::string_view variable) {
    return has(request.words, variable) || has(request.lists, variable) ||
           has(common_variables, variable);
}

bool may_answer(const Request& request, std::string_view verb) {
    return has(request.answers, verb) || has(request.last_words, verb) || has(common_answers, verb);
}

bool is_last_word(std::string_view request, std::string_view word) {
    return word == "refused" || has(find_request(request).last_words, word);
}

} // namespace rdvc::script
