// What the laptop and the login node say to each other: one description for each request, whose
// bash is `cluster/login/NAME.sh`. Tests check both sides against it.
#pragma once

#include <string_view>
#include <vector>

namespace rdvc::script {

/// Whether a request may be repeated if its answer did not arrive.
enum class Again {
    harmless,        ///< it reads, or comes to the same
    settled_by_claim ///< the same attempt has one job in effect, however often it is sent
};

struct Request {
    std::string_view name;
    Again again = Again::harmless;
    std::vector<std::string_view> words;      ///< variables that are set before its text
    std::vector<std::string_view> lists;      ///< arrays, likewise
    std::vector<std::string_view> data;       ///< what follows on standard input, in this order
    std::vector<std::string_view> answers;    ///< verbs of the answer's lines
    std::vector<std::string_view> last_words; ///< one of these, or `refused`, ends the answer
    std::vector<std::string_view> of_job =
        {}; ///< files of `cluster/job/` that it does its work with
};

/// All of them. Every request also has the words nonce, rdvc_dir, prepare, poll and text_hash, the
/// list open (four words for each submission with an unknown outcome), and the answers hello,
/// alive, pending (SLURM's reason), outcome, need, has-text, refused (a kind, a sentence), bye.
const std::vector<Request>& requests();

/// The request with that name, which must exist.
const Request& find_request(std::string_view name);

/// True for a word or list that may be set for this request.
bool takes_variable(const Request& request, std::string_view variable);

/// True for a verb that this request's answer may have.
bool may_answer(const Request& request, std::string_view verb);

/// True for a word that may end this request's answer. An answer without one of them was cut off.
bool is_last_word(std::string_view request, std::string_view word);

} // namespace rdvc::script
