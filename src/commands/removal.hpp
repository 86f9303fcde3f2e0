// What `rdvc clean` and `rdvc uninstall` have in common.
#pragma once

namespace rdvc::commands {

/// From now on something may be gone, and a signal that ends rdvc makes it say so. Until then the
/// command's own last words hold: nothing was removed.
void begin_removal();

} // namespace rdvc::commands
